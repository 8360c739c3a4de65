/** Whether the gateway can serve: {@link io.finemesh.gateway.health.ViewsReadiness}. */
package io.finemesh.gateway.health;
