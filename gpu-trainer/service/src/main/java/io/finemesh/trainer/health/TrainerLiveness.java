package io.finemesh.trainer.health;

import io.finemesh.trainer.lifecycle.Trainer;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;

/** Up while the device thread works, however long a step takes; a trainer without natives lives too, there is nothing a restart would mend. */
@Liveness
@ApplicationScoped
public class TrainerLiveness implements HealthCheck {
    private final Trainer trainer;

    TrainerLiveness(Trainer trainer) {
        this.trainer = trainer;
    }

    @Override
    public HealthCheckResponse call() {
        boolean alive = trainer.isDeviceThreadAlive()
                || trainer.isLeaving()
                || trainer.device().failure().isPresent();
        return HealthCheckResponse.named("device thread").status(alive).build();
    }
}
