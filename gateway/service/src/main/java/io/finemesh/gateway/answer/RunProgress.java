package io.finemesh.gateway.answer;

import io.finemesh.contract.run.RunPlan;
import io.finemesh.contract.run.SegmentScheduled;
import io.finemesh.gateway.view.RunView;
import io.finemesh.gateway.view.Step;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * How far a run is.
 *
 * @param totalSteps optimizer steps planned
 * @param steps optimizer steps taken
 * @param committedSteps optimizer steps in committed checkpoints
 * @param segments segments planned
 * @param committedSegments segments whose checkpoint is committed
 * @param segment segment given out last
 * @param epoch lease epoch it was given out under
 * @param trainer trainer it was given to
 * @param block block being trained
 * @param loss loss of the last step
 * @param gradientNorm gradient norm of the last step, before clipping
 * @param learningRate learning rate of the last step
 * @param tokens tokens computed in all steps
 * @param tokensPerSecond tokens a second over the last steps
 * @param secondsPerStep seconds a step took lately
 * @param etaSeconds seconds until the last step at that rate
 * @param lastStepAt when the last step was reported
 */
@Schema(description = "How far a run is")
public record RunProgress(
        OptionalLong totalSteps,
        long steps,
        long committedSteps,
        Optional<Integer> segments,
        int committedSegments,
        Optional<Integer> segment,
        Optional<Long> epoch,
        Optional<String> trainer,
        Optional<String> block,
        Optional<Double> loss,
        Optional<Double> gradientNorm,
        Optional<Double> learningRate,
        long tokens,
        Optional<Double> tokensPerSecond,
        Optional<Double> secondsPerStep,
        Optional<Double> etaSeconds,
        Optional<Instant> lastStepAt) {
    static RunProgress of(RunView run) {
        Optional<Step> last = run.lastStep();
        Optional<SegmentScheduled> segment = run.segment();
        return new RunProgress(
                run.totalSteps(),
                run.stepCount(),
                run.committedSteps(),
                run.plan().map(RunPlan::segments),
                run.committedSegments(),
                segment.map(each -> each.segment().index()),
                segment.map(SegmentScheduled::epoch),
                segment.map(each -> each.trainer().value()),
                segment.flatMap(each -> each.segment().block()).or(() -> last.flatMap(Step::block)),
                last.flatMap(step -> Figures.finite(step.loss())),
                last.flatMap(step -> Figures.finite(step.gradientNorm())),
                last.flatMap(step -> Figures.finite(step.learningRate())),
                run.tokens(),
                Figures.rounded(run.tokensPerSecond()),
                Figures.rounded(run.secondsPerStep()),
                Figures.rounded(run.etaSeconds()),
                last.map(Step::time));
    }
}
