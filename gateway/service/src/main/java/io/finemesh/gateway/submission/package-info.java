/**
 * From a document to a run: {@link io.finemesh.gateway.submission.RunSubmission} reads and admits it, {@link
 * io.finemesh.gateway.submission.ReferenceResolution} turns names into immutable references by asking the store, {@link
 * io.finemesh.gateway.submission.RunIds} names the run, and the command is sent.
 */
package io.finemesh.gateway.submission;
