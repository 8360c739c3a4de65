package io.finemesh.gateway.health;

import io.finemesh.gateway.messaging.ReaderState;
import io.finemesh.gateway.messaging.TopicReader;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready once the views are rebuilt, and while the broker answers. */
@Readiness
@ApplicationScoped
public class ViewsReadiness implements HealthCheck {
    private final TopicReader reader;

    /** Asks this reader. */
    public ViewsReadiness(TopicReader reader) {
        this.reader = reader;
    }

    @Override
    public HealthCheckResponse call() {
        ReaderState state = reader.state();
        return HealthCheckResponse.named("views")
                .status(state.rebuilt() && state.brokerReachable())
                .withData("rebuilt", state.rebuilt())
                .withData("brokerReachable", state.brokerReachable())
                .withData("recordsBehind", state.lag())
                .withData("detail", state.detail())
                .build();
    }
}
