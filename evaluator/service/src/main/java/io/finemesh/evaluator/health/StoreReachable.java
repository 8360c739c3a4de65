package io.finemesh.evaluator.health;

import io.finemesh.contract.store.StoreClient;
import io.finemesh.contract.store.StoreException;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready when the checkpoint store answers: without it nothing can be scored. */
@Readiness
@ApplicationScoped
public class StoreReachable implements HealthCheck {
    private final StoreClient store;

    public StoreReachable(StoreClient store) {
        this.store = store;
    }

    @Override
    public HealthCheckResponse call() {
        try {
            store.models();
            return HealthCheckResponse.up("checkpoint store");
        } catch (StoreException away) {
            return HealthCheckResponse.named("checkpoint store")
                    .down()
                    .withData("reason", away.getMessage())
                    .build();
        }
    }
}
