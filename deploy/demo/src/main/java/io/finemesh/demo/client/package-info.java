/** The gateway as any user's program would call it: {@link io.finemesh.demo.client.GatewayClient} calls, {@link io.finemesh.demo.client.RunOutcome} is what a run gave. */
package io.finemesh.demo.client;
