package io.finemesh.trainer.health;

import io.finemesh.engine.tensor.BackendReport;
import io.finemesh.trainer.config.TrainerConfig;
import io.finemesh.trainer.lifecycle.Trainer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Up when the arithmetic is loaded, the broker acknowledges heartbeats, and the store answers. */
@Readiness
@ApplicationScoped
public class TrainerReadiness implements HealthCheck {
    private static final String OK = "ok";

    private final Trainer trainer;
    private final Duration silenceLimit;
    private final Clock clock;

    TrainerReadiness(Trainer trainer, TrainerConfig config, Clock clock) {
        this.trainer = trainer;
        this.clock = clock;
        this.silenceLimit = config.events().silenceLimit();
    }

    @Override
    public HealthCheckResponse call() {
        Optional<BackendReport> report = trainer.device().report();
        Optional<String> store = trainer.storeProbe().problem();
        boolean broker = isBrokerThere();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("trainer")
                .status(report.isPresent() && store.isEmpty() && broker && !trainer.isLeaving())
                .withData("arithmetic", arithmetic(report))
                .withData(
                        "broker", broker ? OK : "no heartbeat was acknowledged for " + silenceLimit.toSeconds() + " s")
                .withData("store", store.orElse(OK));
        report.ifPresent(loaded -> response.withData("library", loaded.libraryPath()));
        trainer.device()
                .kernels()
                .forEach(verdict -> response.withData("kernel " + verdict.function(), verdict.summary()));
        return response.build();
    }

    private String arithmetic(Optional<BackendReport> report) {
        return report.map(BackendReport::summary)
                .or(() -> trainer.device().failure().map(failure -> "cannot be used: " + failure))
                .orElse("is being loaded");
    }

    private boolean isBrokerThere() {
        Optional<Instant> acknowledged = trainer.heart().acknowledged();
        return acknowledged.isPresent()
                && Duration.between(acknowledged.get(), clock.instant()).compareTo(silenceLimit) < 0;
    }
}
