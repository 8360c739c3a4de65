package io.finemesh.store.intake;

import io.finemesh.checkpoint.json.JsonException;
import io.finemesh.checkpoint.json.StrictJson;
import io.finemesh.checkpoint.manifest.BlobReference;
import io.finemesh.checkpoint.manifest.Manifest;
import io.finemesh.checkpoint.manifest.ManifestException;
import io.finemesh.checkpoint.manifest.StagedBlob;
import io.finemesh.checkpoint.manifest.TensorEntry;
import io.finemesh.checkpoint.manifest.TrainedBy;
import io.finemesh.checkpoint.manifest.TrainingStateEntry;
import io.finemesh.contract.training.SegmentEnded;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a segment's result may become a checkpoint. A checkpoint that is committed verifies: its objects are what their names say,
 * its tensors are the parent's in name, shape and dtype, its ledger has every step of the segment once, and its id follows from all of
 * that.
 */
public final class CommitRules {
    private static final int MOST_STEPS = 100_000_000;
    private static final int MOST_NAMED = 20;

    private final SegmentEnded claim;
    private final Manifest parent;
    private final StagedEvidence evidence;
    private final List<String> problems = new ArrayList<>();

    private CommitRules(SegmentEnded claim, Manifest parent, StagedEvidence evidence) {
        this.claim = claim;
        this.parent = parent;
        this.evidence = evidence;
    }

    /**
     * Decides.
     *
     * @param claim what the trainer says
     * @param parent the committed checkpoint it names as its base
     * @param evidence what was found in storage
     */
    public static CommitDecision decide(SegmentEnded claim, Manifest parent, StagedEvidence evidence) {
        return new CommitRules(claim, parent, evidence).decide();
    }

    /**
     * The first step a segment must have: the one after the parent's last if the same run made the parent, else 0.
     */
    public static long firstStep(SegmentEnded claim, Manifest parent) {
        return sameRun(claim, parent).map(by -> by.lastStep() + 1).orElse(0L);
    }

    private static Optional<TrainedBy> sameRun(SegmentEnded claim, Manifest parent) {
        return parent.trainedBy().filter(by -> by.runId().equals(claim.runId().value()));
    }

    private CommitDecision decide() {
        problems.addAll(evidence.problems());
        checkPlace();
        checkWeights();
        checkCursor();
        // A ledger that could not be read is named already.
        if (evidence.problems().isEmpty()) {
            checkLedger();
        }
        if (!problems.isEmpty()) {
            return new CommitDecision.Refuse(problems);
        }
        Manifest child;
        try {
            child = parent.child(
                    new TrainedBy(claim.runId().value(), claim.segmentIndex(), claim.lastStep()),
                    evidence.weights(),
                    Optional.of(new TrainingStateEntry(
                            claim.cursorJson(),
                            claim.stateBlobs().stream()
                                    .map(blob -> new BlobReference(blob.digest().value(), blob.sizeBytes()))
                                    .toList())),
                    Optional.of(new BlobReference(
                            claim.ledger().digest().value(), claim.ledger().sizeBytes())));
        } catch (ManifestException impossible) {
            return new CommitDecision.Refuse(impossible.problems().stream()
                    .map(problem -> problem.describe())
                    .toList());
        } catch (IllegalArgumentException impossible) {
            return new CommitDecision.Refuse(List.of(impossible.getMessage()));
        }
        String id = child.checkpointId();
        if (!id.equals(claim.checkpoint().value())) {
            return new CommitDecision.Refuse(List.of("the trainer computed checkpoint id " + claim.checkpoint()
                    + ", the store computes " + id + " from the same objects"));
        }
        return new CommitDecision.Commit(child);
    }

    private void checkPlace() {
        int expected = sameRun(claim, parent).map(by -> by.segmentIndex() + 1).orElse(0);
        if (claim.segmentIndex() != expected) {
            problems.add("the segment has index " + claim.segmentIndex() + " but the one after base " + claim.base()
                    + " is " + expected);
        }
        if (claim.lastStep() < firstStep(claim, parent)) {
            problems.add("the last step is " + claim.lastStep() + " but the segment begins with step "
                    + firstStep(claim, parent));
        }
    }

    /** A weights object replaces the tensors of exactly one of the parent's, so that a group stays one object. */
    private void checkWeights() {
        Map<String, Set<String>> groupOf = new HashMap<>();
        Map<String, Set<String>> byBlob = new HashMap<>();
        for (TensorEntry tensor : parent.tensors()) {
            Set<String> group = byBlob.computeIfAbsent(tensor.blobDigest(), absent -> new HashSet<>());
            group.add(tensor.name());
            groupOf.put(tensor.name(), group);
        }
        Set<String> staged = new HashSet<>();
        for (StagedBlob blob : evidence.weights()) {
            Set<String> names = new HashSet<>();
            for (TensorEntry tensor : blob.tensors()) {
                names.add(tensor.name());
                if (!staged.add(tensor.name())) {
                    problems.add("tensor " + tensor.name() + " is in two objects");
                }
                checkTensor(tensor);
            }
            boolean known = groupOf.keySet().containsAll(names);
            if (names.isEmpty()) {
                problems.add("object " + blob.blob().digest() + " holds no tensor");
            } else if (known && !groupOf.get(names.iterator().next()).equals(names)) {
                problems.add("object " + blob.blob().digest() + " holds " + few(names)
                        + ", which are not the tensors of one parameter group");
            }
        }
    }

    private void checkTensor(TensorEntry tensor) {
        Optional<TensorEntry> before = parent.find(tensor.name());
        if (before.isEmpty()) {
            problems.add("tensor " + tensor.name() + " is not one of the base's");
            return;
        }
        if (!before.get().shape().equals(tensor.shape())) {
            problems.add("tensor " + tensor.name() + " has shape " + tensor.shape() + ", the base's has "
                    + before.get().shape());
        }
        if (before.get().dtype() != tensor.dtype()) {
            problems.add("tensor " + tensor.name() + " has dtype " + tensor.dtype() + ", the base's has "
                    + before.get().dtype());
        }
    }

    private void checkCursor() {
        try {
            StrictJson.object(claim.cursorJson().getBytes(StandardCharsets.UTF_8));
        } catch (JsonException malformed) {
            problems.add("the cursor is " + malformed.getMessage());
        }
    }

    private void checkLedger() {
        problems.addAll(evidence.ledger().problems());
        long first = firstStep(claim, parent);
        long count = claim.lastStep() - first + 1;
        if (count < 1 || count > MOST_STEPS) {
            return; // named already, or absurd enough that the counts below say it
        }
        List<Long> steps = evidence.ledger().steps();
        for (int i = 0; i < Math.min(steps.size(), count); i++) {
            if (steps.get(i) != first + i) {
                problems.add(
                        "line " + (i + 1) + " of the ledger is of step " + steps.get(i) + ", expected " + (first + i));
                return;
            }
        }
        if (steps.size() != count) {
            problems.add("the ledger has " + (steps.size() > count ? "more than " + count : steps.size())
                    + " steps; the segment has " + count + ", from " + first + " to " + claim.lastStep());
        }
    }

    private static String few(Set<String> names) {
        List<String> sorted = names.stream().sorted().toList();
        return sorted.size() <= MOST_NAMED
                ? String.join(", ", sorted)
                : String.join(", ", sorted.subList(0, MOST_NAMED)) + " and " + (sorted.size() - MOST_NAMED) + " more";
    }
}
