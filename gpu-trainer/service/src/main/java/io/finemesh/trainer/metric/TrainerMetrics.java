package io.finemesh.trainer.metric;

import io.finemesh.engine.train.StepReport;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;

/** Figures for dashboards. None carries a run's name: there would be a time series a run. */
public final class TrainerMetrics {
    private final Timer steps;
    private final Counter tokens;
    private final Counter skippedSteps;
    private final Counter blockSwitches;
    private final Timer segments;
    private final Timer uploads;
    private final Counter uploadedBytes;
    private final MeterRegistry registry;

    public TrainerMetrics(MeterRegistry registry) {
        this.registry = registry;
        this.steps = Timer.builder("finemesh.step.duration")
                .description("Optimizer steps, from choosing samples to the updated weights")
                .register(registry);
        this.tokens = Counter.builder("finemesh.tokens.processed")
                .description("Tokens computed in training")
                .register(registry);
        this.skippedSteps = Counter.builder("finemesh.steps.skipped")
                .description("Optimizer steps that updated nothing, because loss or gradient was no number")
                .register(registry);
        this.blockSwitches = Counter.builder("finemesh.block.switches")
                .description("Blocks that became the active one")
                .register(registry);
        this.segments = Timer.builder("finemesh.segment.duration")
                .description("Segments, from fetching their base to the finished result")
                .register(registry);
        this.uploads = Timer.builder("finemesh.upload.duration")
                .description("Uploads of results, repetitions included")
                .register(registry);
        this.uploadedBytes = Counter.builder("finemesh.upload.bytes")
                .description("Bytes of uploaded results")
                .baseUnit("bytes")
                .register(registry);
    }

    /** Notes an optimizer step. */
    public void step(StepReport report) {
        steps.record(Duration.ofNanos(
                report.phaseNanos().values().stream().mapToLong(Long::longValue).sum()));
        tokens.increment(report.tokens());
        if (report.skipped()) {
            skippedSteps.increment();
        }
    }

    /** Notes that a block became the active one. */
    public void blockSwitch() {
        blockSwitches.increment();
    }

    /** Notes a finished segment. */
    public void segment(Duration taken) {
        segments.record(taken);
    }

    /** Notes a segment that was given up. */
    public void failure(String code) {
        registry.counter("finemesh.segment.failures", "code", code).increment();
    }

    /** Notes a finished upload. */
    public void upload(Duration taken, long bytes) {
        uploads.record(taken);
        uploadedBytes.increment(bytes);
    }
}
