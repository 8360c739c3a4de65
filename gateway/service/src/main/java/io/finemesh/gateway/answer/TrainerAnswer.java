package io.finemesh.gateway.answer;

import io.finemesh.contract.id.CheckpointId;
import io.finemesh.contract.id.RunId;
import io.finemesh.contract.training.TrainerHeartbeat;
import io.finemesh.gateway.view.TrainerView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A trainer as it last spoke.
 *
 * @param id its name
 * @param incarnation which life of it
 * @param condition what it is doing; silent when it has not spoken for a while
 * @param device cpu, or the accelerator's name
 * @param blas linear-algebra library in use
 * @param memoryTotalBytes memory of the device
 * @param memoryBudgetBytes what runs may use of it
 * @param memoryUsedBytes memory in use
 * @param runId run whose lease it holds
 * @param epoch epoch of that lease
 * @param step optimizer step it is at
 * @param heldCheckpoints checkpoints whose weights it holds in memory
 * @param lastSeen when it spoke
 */
@Schema(name = "Trainer", description = "A trainer as it last spoke")
public record TrainerAnswer(
        String id,
        String incarnation,

        @Schema(enumeration = {"idle", "training", "draining", "silent"})
        String condition,

        String device,
        String blas,
        long memoryTotalBytes,
        long memoryBudgetBytes,
        long memoryUsedBytes,
        Optional<String> runId,
        OptionalLong epoch,
        OptionalLong step,
        List<String> heldCheckpoints,
        Instant lastSeen) {
    /** A trainer as users see it at a time. */
    public static TrainerAnswer of(TrainerView trainer, Instant now, Duration silentAfter) {
        TrainerHeartbeat heartbeat = trainer.heartbeat();
        boolean silent = trainer.at().plus(silentAfter).isBefore(now);
        return new TrainerAnswer(
                heartbeat.trainer().value(),
                heartbeat.incarnation().value(),
                silent ? "silent" : heartbeat.condition().name().toLowerCase(Locale.ROOT),
                heartbeat.device(),
                heartbeat.blas(),
                heartbeat.memoryTotalBytes(),
                heartbeat.memoryBudgetBytes(),
                heartbeat.memoryUsedBytes(),
                heartbeat.run().map(RunId::value),
                heartbeat.epoch(),
                heartbeat.step(),
                heartbeat.heldCheckpoints().stream().map(CheckpointId::value).toList(),
                trainer.at());
    }
}
