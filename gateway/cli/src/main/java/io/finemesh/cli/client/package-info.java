/**
 * The gateway's REST interface: {@link io.finemesh.cli.client.Gateway} calls, {@link io.finemesh.cli.client.Reconnection} waits for a
 * stream that broke, {@link io.finemesh.cli.client.GatewayProblem} is a refusal.
 */
package io.finemesh.cli.client;
