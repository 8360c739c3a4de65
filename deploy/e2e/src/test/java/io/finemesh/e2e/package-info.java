/**
 * The whole mesh from outside. {@link io.finemesh.e2e.RunningMesh} starts real processes once for all classes; {@link
 * io.finemesh.e2e.FineTuningRunTest} is the main job, the other classes are what may go wrong around it.
 */
package io.finemesh.e2e;
