package io.finemesh.scheduler.health;

import io.finemesh.scheduler.messaging.StreamsRuntime;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the streams run: Kafka answers, its topics are there, state is restored. */
@Readiness
@ApplicationScoped
class StreamsReadiness implements HealthCheck {
    private final StreamsRuntime runtime;

    StreamsReadiness(StreamsRuntime runtime) {
        this.runtime = runtime;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("streams")
                .status(runtime.isRunning())
                .withData("state", runtime.describe())
                .build();
    }
}
