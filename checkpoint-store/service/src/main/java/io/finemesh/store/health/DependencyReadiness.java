package io.finemesh.store.health;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import java.util.Optional;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when object storage and broker are there; otherwise says what is missing. */
@Readiness
@ApplicationScoped
public class DependencyReadiness implements HealthCheck {
    private final WatchLifecycle watch;

    DependencyReadiness(WatchLifecycle watch) {
        this.watch = watch;
    }

    @Override
    public HealthCheckResponse call() {
        Map<String, Optional<String>> missing = watch.missing();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("dependencies")
                .status(missing.values().stream().allMatch(Optional::isEmpty));
        missing.forEach((name, problem) -> response.withData(name, problem.orElse("there")));
        return response.build();
    }
}
