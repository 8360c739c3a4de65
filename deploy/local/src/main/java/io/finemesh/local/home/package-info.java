/**
 * The folder that holds everything a mesh keeps: {@link io.finemesh.local.home.MeshHome} names what is in it, {@link
 * io.finemesh.local.home.HomeLock} lets one mesh use it at a time, and the running mesh writes its {@link
 * io.finemesh.local.home.MeshReport} there, from which {@link io.finemesh.local.home.Leftovers} of a killed mesh are found.
 */
package io.finemesh.local.home;
