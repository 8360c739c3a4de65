package io.finemesh.contract.id;

/** A one-component record that names something; on the wire it is a plain JSON string. */
public sealed interface Identifier
        permits RunId,
                TrainerId,
                TrainerIncarnation,
                CheckpointId,
                DatasetVersion,
                EvaluationId,
                EventId,
                FireId,
                BlobDigest {

    /** The wire form. */
    String value();

    /** Refuses what could not stand in a URL path, a file name or a log line. */
    static void requireReadable(String kind, String value) {
        if (value == null || !value.matches("[A-Za-z0-9][A-Za-z0-9._@:-]{0,127}")) {
            throw new IllegalArgumentException(kind + " is '" + value
                    + "', allowed: 1 to 128 letters, digits or . _ @ : - beginning with a letter or digit");
        }
    }
}
