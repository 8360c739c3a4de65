package io.finemesh.store.intake;

import static java.util.Objects.requireNonNull;

import io.finemesh.checkpoint.manifest.Manifest;
import java.util.List;

/** What to do about a segment's result. */
public sealed interface CommitDecision {

    /**
     * It is sound: make its objects readable, then write the manifest.
     *
     * @param manifest the checkpoint, whose id is the one that was claimed
     */
    record Commit(Manifest manifest) implements CommitDecision {
        public Commit {
            requireNonNull(manifest, "manifest is null");
        }
    }

    /**
     * It is not: nothing is written.
     *
     * @param problems everything that does not match, in words
     */
    record Refuse(List<String> problems) implements CommitDecision {
        public Refuse {
            problems = List.copyOf(problems);
        }
    }
}
