/** The arithmetic of update reports: {@link io.finemesh.engine.change.UpdateMeter} measures what became of one tensor. It reads weights and changes none. */
package io.finemesh.engine.change;
