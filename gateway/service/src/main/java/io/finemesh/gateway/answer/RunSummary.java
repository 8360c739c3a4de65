package io.finemesh.gateway.answer;

import io.finemesh.contract.run.RunSpecification;
import io.finemesh.gateway.view.RunView;
import io.finemesh.gateway.view.Step;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * A run in a list.
 *
 * @param id identity
 * @param name a word for people
 * @param phase where it stands
 * @param method how parameters are updated
 * @param model what it starts from, as the user named it
 * @param dataset what it trains on, as the user named it
 * @param submittedAt when it was asked for
 * @param endedAt when it ended
 * @param totalSteps optimizer steps planned
 * @param steps optimizer steps taken
 * @param committedSteps optimizer steps in committed checkpoints
 * @param loss loss of the last step
 * @param block block of the last step
 * @param links where to go on
 */
@Schema(description = "A run in a list")
public record RunSummary(
        String id,
        String name,

        @Schema(
                enumeration = {
                    "submitted",
                    "accepted",
                    "training",
                    "evaluating",
                    "completed",
                    "failed",
                    "cancelled",
                    "rejected"
                })
        String phase,

        Optional<String> method,
        Optional<String> model,
        Optional<String> dataset,
        Instant submittedAt,
        Optional<Instant> endedAt,
        OptionalLong totalSteps,
        long steps,
        long committedSteps,
        Optional<Double> loss,
        Optional<String> block,
        RunLinks links) {
    /** The summary of a run. */
    public static RunSummary of(RunView run) {
        Optional<Step> last = run.lastStep();
        return new RunSummary(
                run.id().value(),
                nameOf(run),
                run.phase().word(),
                run.specification().map(each -> each.method().method().name().toLowerCase(Locale.ROOT)),
                run.specification().map(RunSpecification::model),
                run.specification().map(RunSpecification::dataset),
                run.submittedAt(),
                run.endedAt(),
                run.totalSteps(),
                run.stepCount(),
                run.committedSteps(),
                last.flatMap(step -> Figures.finite(step.loss())),
                last.flatMap(Step::block),
                RunLinks.of(run.id()));
    }

    /** Name of a run; its id where the beginning of the run is no longer on any topic. */
    public static String nameOf(RunView run) {
        return run.specification().map(RunSpecification::name).orElse(run.id().value());
    }
}
