/**
 * Child processes that are kept running: a {@link io.finemesh.local.process.Launch} says how one is started and how it is asked
 * whether it is ready, a {@link io.finemesh.local.process.Child} starts it, watches it ({@link
 * io.finemesh.local.process.ChildState}) and restarts it after the wait that its {@link io.finemesh.local.process.RestartPolicy}
 * gives, its output goes to a {@link io.finemesh.local.process.LogFile}; {@link io.finemesh.local.process.ProcessDescription} names
 * any process to a person.
 */
package io.finemesh.local.process;
