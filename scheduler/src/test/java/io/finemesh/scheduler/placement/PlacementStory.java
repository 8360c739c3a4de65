package io.finemesh.scheduler.placement;

import static org.assertj.core.api.Assertions.assertThat;

import io.finemesh.contract.Message;
import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.EventId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.id.TrainerId;
import io.finemesh.contract.id.TrainerIncarnation;
import io.finemesh.contract.placement.PlaceSegment;
import io.finemesh.contract.placement.ReleaseLease;
import io.finemesh.contract.run.SegmentAssignment;
import io.finemesh.contract.run.SubmitRun;
import io.finemesh.contract.training.SegmentWork;
import io.finemesh.contract.training.StopSegment;
import io.finemesh.contract.training.TrainSegment;
import io.finemesh.contract.training.TrainerCondition;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.contract.wire.Envelope;
import io.finemesh.scheduler.SubmissionBuilder;
import io.finemesh.scheduler.journal.BoardStore;
import io.finemesh.scheduler.lease.LeaseTerms;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A pool of trainers told input by input. Every input is told twice, and the repetition must change nothing; the board goes through its stored
 * form and back after each.
 */
final class PlacementStory {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final LeaseTerms LEASES = new LeaseTerms(Duration.ofSeconds(10), Duration.ofSeconds(10), 2);
    static final PlacementTerms TERMS = new PlacementTerms(Duration.ofMinutes(2), Duration.ofSeconds(5));

    private final Placement placement = new Placement(LEASES, TERMS);
    private final BoardStore codec = new BoardStore();
    private final Map<String, byte[]> store = new TreeMap<>();
    private final Map<TrainerId, Long> sequences = new HashMap<>();
    private PlacementBoard board = PlacementBoard.EMPTY;
    private Instant now = START;
    private int inputs;

    PlacementBoard board() {
        return board;
    }

    List<Message> tell(Message input, String key) {
        Envelope<Message> envelope =
                Envelope.starting(new EventId("input-" + inputs++), "/test", key, now, Optional.of("00-trace"), input);
        PlacementDecision decision = placement.decide(board, envelope, now);
        List<Message> messages = adopt(decision);
        PlacementDecision repetition = placement.decide(board, envelope, now);
        assertThat(repetition.board())
                .as("a repeated %s changes nothing", input)
                .isEqualTo(board);
        assertThat(repetition.outputs()).as("a repeated %s says nothing", input).isEmpty();
        return messages;
    }

    /** Time passes; trainers that are given go on living. */
    List<Message> pass(Duration duration, TrainerHeartbeat... living) {
        List<Message> said = new ArrayList<>();
        for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plusSeconds(1)) {
            now = now.plusSeconds(1);
            for (TrainerHeartbeat heartbeat : living) {
                said.addAll(beat(heartbeat));
            }
            said.addAll(adopt(placement.watch(board, START, now)));
        }
        return said;
    }

    List<Message> watchHavingListenedSince(Instant since, Duration later) {
        now = now.plus(later);
        return adopt(placement.watch(board, since, now));
    }

    Instant now() {
        return now;
    }

    private List<Message> adopt(PlacementDecision decision) {
        codec.writeDifference(board, decision.board(), (key, value) -> {
            if (value == null) {
                store.remove(key);
            } else {
                store.put(key, value);
            }
        });
        BoardStore.Reading reading = codec.reading();
        store.forEach(reading::entry);
        assertThat(reading.board()).as("what is stored is what is read").isEqualTo(decision.board());
        board = decision.board();
        return decision.messages();
    }

    List<Message> beat(TrainerHeartbeat heartbeat) {
        return beatOf(sequences.merge(heartbeat.trainer(), 1L, Long::sum), heartbeat);
    }

    /** A heartbeat of a place in its trainer's sequence. */
    List<Message> beatOf(long sequence, TrainerHeartbeat heartbeat) {
        return tell(
                new TrainerHeartbeat(
                        heartbeat.trainer(),
                        heartbeat.incarnation(),
                        sequence,
                        heartbeat.condition(),
                        heartbeat.device(),
                        heartbeat.blas(),
                        heartbeat.memoryTotalBytes(),
                        heartbeat.memoryBudgetBytes(),
                        heartbeat.memoryUsedBytes(),
                        heartbeat.run(),
                        heartbeat.epoch(),
                        heartbeat.step(),
                        heartbeat.heldCheckpoints()),
                heartbeat.trainer().value());
    }

    List<Message> place(String run, long epoch) {
        return tell(request(run, epoch, 1_000, "ck-base", null), run);
    }

    List<Message> place(String run, long epoch, long bytes) {
        return tell(request(run, epoch, bytes, "ck-base", null), run);
    }

    List<Message> placeOn(String run, long epoch, String base, String preferred) {
        return tell(request(run, epoch, 1_000, base, preferred), run);
    }

    List<Message> release(String run, long epoch, boolean stop) {
        return tell(new ReleaseLease(new RunId(run), epoch, stop, "over"), run);
    }

    static PlaceSegment request(String run, long epoch, long bytes, String base, String preferred) {
        SubmitRun submission = SubmissionBuilder.adamw(run, 1_000).build();
        return new PlaceSegment(
                submission.runId(),
                epoch,
                new SegmentWork(
                        submission.runId(),
                        new SegmentAssignment((int) epoch - 1, 10 * (epoch - 1), 10, Optional.empty()),
                        new CheckpointId(base),
                        submission.specification(),
                        submission.dataset(),
                        1_000,
                        bytes,
                        Optional.empty()),
                Optional.ofNullable(preferred).map(TrainerId::new));
    }

    /** A trainer of 10,000 bytes in its first life that has nothing to do. */
    static TrainerHeartbeat idle(String trainer) {
        return trainer(trainer, "life-1", TrainerCondition.IDLE, 10_000, null, 0, List.of());
    }

    static TrainerHeartbeat reborn(String trainer) {
        return living(trainer, "life-2");
    }

    static TrainerHeartbeat living(String trainer, String life) {
        return trainer(trainer, life, TrainerCondition.IDLE, 10_000, null, 0, List.of());
    }

    static TrainerHeartbeat sized(String trainer, long bytes) {
        return trainer(trainer, "life-1", TrainerCondition.IDLE, bytes, null, 0, List.of());
    }

    static TrainerHeartbeat leaving(String trainer) {
        return trainer(trainer, "life-1", TrainerCondition.DRAINING, 10_000, null, 0, List.of());
    }

    static TrainerHeartbeat keeping(String trainer, String checkpoint) {
        return trainer(
                trainer, "life-1", TrainerCondition.IDLE, 10_000, null, 0, List.of(new CheckpointId(checkpoint)));
    }

    /** A trainer of 10,000 bytes that has trained a segment and uploads its result. */
    static TrainerHeartbeat uploading(String trainer, String run, long epoch) {
        return trainer(trainer, "life-1", TrainerCondition.IDLE, 10_000, run, epoch, List.of());
    }

    static TrainerHeartbeat leaving(String trainer, long bytes) {
        return trainer(trainer, "life-1", TrainerCondition.DRAINING, bytes, null, 0, List.of());
    }

    static TrainerHeartbeat training(String trainer, String run, long epoch) {
        return trainer(trainer, "life-1", TrainerCondition.TRAINING, 10_000, run, epoch, List.of());
    }

    static TrainerHeartbeat training(String trainer, String life, String run, long epoch) {
        return trainer(trainer, life, TrainerCondition.TRAINING, 10_000, run, epoch, List.of());
    }

    private static TrainerHeartbeat trainer(
            String trainer,
            String life,
            TrainerCondition condition,
            long bytes,
            String run,
            long epoch,
            List<CheckpointId> held) {
        return new TrainerHeartbeat(
                new TrainerId(trainer),
                new TrainerIncarnation(life),
                0,
                condition,
                "cpu",
                "mkl",
                bytes,
                bytes,
                0,
                Optional.ofNullable(run).map(RunId::new),
                run == null ? OptionalLong.empty() : OptionalLong.of(epoch),
                OptionalLong.empty(),
                held);
    }

    /** Who was told to train what: {@code run@epoch on trainer}. */
    static List<String> grants(List<Message> messages) {
        return messages.stream()
                .filter(TrainSegment.class::isInstance)
                .map(TrainSegment.class::cast)
                .map(command -> command.work().runId() + "@" + command.epoch() + " on " + command.trainer())
                .toList();
    }

    /** Who was told to stop what: {@code run@epoch on trainer}. */
    static List<String> stops(List<Message> messages) {
        return messages.stream()
                .filter(StopSegment.class::isInstance)
                .map(StopSegment.class::cast)
                .map(command -> command.runId() + "@" + command.epoch() + " on " + command.trainer())
                .toList();
    }

    static <M extends Message> List<M> only(Class<M> type, List<Message> messages) {
        return messages.stream().filter(type::isInstance).map(type::cast).toList();
    }
}
