package io.finemesh.scheduler.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.run.RunCompleted;
import io.finemesh.contract.run.RunSnapshot;
import io.finemesh.contract.wire.Envelope;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Hears everything the scheduler says and fails at the first word that contradicts an earlier one. */
final class Ledger {
    private final Set<String> grants = new HashSet<>();
    private final Map<RunId, RunSnapshot> snapshots = new HashMap<>();
    private final Map<RunId, RunCompleted> completions = new HashMap<>();
    private final Map<EventId, Message> identities = new HashMap<>();

    void heard(Envelope<? extends Message> envelope) {
        Message before = identities.putIfAbsent(envelope.id(), envelope.body());
        assertThat(before).as("two messages have identity %s", envelope.id()).isNull();
        switch (envelope.body()) {
            case LeaseGranted granted ->
                assertThat(grants.add(granted.runId() + "@" + granted.epoch()))
                        .as("%s has two leases of one epoch", granted)
                        .isTrue();
            case RunSnapshot snapshot -> {
                RunSnapshot earlier = snapshots.put(snapshot.runId(), snapshot);
                if (earlier != null) {
                    assertThat(snapshot.committedSegments())
                            .as("what is committed stays so")
                            .isGreaterThanOrEqualTo(earlier.committedSegments());
                    assertThat(snapshot.committedSteps()).isGreaterThanOrEqualTo(earlier.committedSteps());
                }
            }
            case RunCompleted completed ->
                assertThat(completions.put(completed.runId(), completed))
                        .as("%s completes once", completed.runId())
                        .isNull();
            default -> {
                // Nothing else can contradict itself.
            }
        }
    }

    Map<RunId, RunCompleted> completions() {
        return completions;
    }
}
