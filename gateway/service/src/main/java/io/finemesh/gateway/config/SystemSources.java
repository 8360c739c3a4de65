package io.finemesh.gateway.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.random.RandomGenerator;

/** Time and chance, given in one place so that tests can give others. */
@ApplicationScoped
public class SystemSources {
    @Produces
    @Singleton
    Clock clock() {
        return Clock.systemUTC();
    }

    /** Random names must not collide between gateways, so they come from the system's generator. */
    @Produces
    @Singleton
    RandomGenerator random() {
        return new SecureRandom();
    }
}
