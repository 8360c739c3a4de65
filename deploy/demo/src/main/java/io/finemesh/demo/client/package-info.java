/**
 * The mesh as any user's program would call it: {@link io.finemesh.demo.client.GatewayClient} calls the gateway, {@link io.finemesh.demo.client.ProblemTopic} writes to
 * somebody's Kafka topic. {@link io.finemesh.demo.client.RunOutcome}, {@link io.finemesh.demo.client.Growth}, {@link io.finemesh.demo.client.Firing} and {@link
 * io.finemesh.demo.client.Alias} are what comes back.
 */
package io.finemesh.demo.client;
