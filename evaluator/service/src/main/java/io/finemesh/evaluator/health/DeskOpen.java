package io.finemesh.evaluator.health;

import io.finemesh.evaluator.evaluation.EvaluationDesk;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Ready when what computes is loaded: before that a command would only wait. */
@Readiness
@ApplicationScoped
public class DeskOpen implements HealthCheck {
    private final EvaluationDesk desk;

    public DeskOpen(EvaluationDesk desk) {
        this.desk = desk;
    }

    @Override
    public HealthCheckResponse call() {
        HealthCheckResponseBuilder response = HealthCheckResponse.named("native libraries");
        return switch (desk.condition()) {
            case OPEN -> response.up().build();
            case OPENING ->
                response.down().withData("reason", "they are being loaded").build();
            case UNUSABLE ->
                response.down()
                        .withData("reason", desk.unusable().orElseThrow().toString())
                        .build();
        };
    }
}
