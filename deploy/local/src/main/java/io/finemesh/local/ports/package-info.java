/**
 * Which loopback ports the mesh uses ({@link io.finemesh.local.ports.PortPlan}) and who holds one that is taken ({@link
 * io.finemesh.local.ports.PortOwner}).
 */
package io.finemesh.local.ports;
