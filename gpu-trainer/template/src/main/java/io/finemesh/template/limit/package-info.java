/**
 * Bounds of one rendering: {@link io.finemesh.template.limit.RenderLimits} are set by the caller, {@link io.finemesh.template.limit.Budget}
 * counts against them.
 */
package io.finemesh.template.limit;
