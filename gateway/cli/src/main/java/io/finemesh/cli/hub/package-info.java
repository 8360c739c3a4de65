/**
 * Data sets of a hub, fetched by id: {@link io.finemesh.cli.hub.HubDataset} is the id, {@link io.finemesh.cli.hub.Hub} finds its revision, {@link io.finemesh.cli.hub.SplitFiles} its files, and keeps them on this machine, {@link
 * io.finemesh.cli.hub.HubRequest} asks and asks again, {@link io.finemesh.cli.hub.BodyFile} takes what comes, {@link io.finemesh.cli.hub.HubSettings} says how, {@link io.finemesh.cli.hub.HubChecksum} verifies what came, {@link
 * io.finemesh.cli.hub.HubException} says what stands in the way.
 */
package io.finemesh.cli.hub;
