/** Every setting of the gateway: {@link io.finemesh.gateway.config.GatewayConfig}. */
package io.finemesh.gateway.config;
