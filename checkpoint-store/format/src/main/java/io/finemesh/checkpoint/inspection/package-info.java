/**
 * Judges a file or directory for a person: {@link io.finemesh.checkpoint.inspection.Inspection}.
 */
package io.finemesh.checkpoint.inspection;
