/** Checks and measurements of the engine on a person's own models. */
package io.finemesh.workbench;
