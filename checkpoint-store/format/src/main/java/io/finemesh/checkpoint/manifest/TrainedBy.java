package io.finemesh.checkpoint.manifest;

/**
 * Which piece of work made a checkpoint.
 *
 * @param runId the run
 * @param segmentIndex its segment, from 0
 * @param lastStep the last optimizer step in it, counted as the run counts its steps
 */
public record TrainedBy(String runId, int segmentIndex, long lastStep) {
    public TrainedBy {
        if (!runId.matches("[A-Za-z0-9._-]{1,200}")) {
            throw new IllegalArgumentException("'" + runId.replaceAll("\\p{Cntrl}", "?")
                    + "' is not a run id; allowed are 1 to 200 letters, digits, '.', '_' and '-'");
        }
        if (segmentIndex < 0 || lastStep < 0) {
            throw new IllegalArgumentException(
                    "segment index " + segmentIndex + " and last step " + lastStep + " must not be negative");
        }
    }
}
