package io.finemesh.store.health;

import io.finemesh.store.health.Dependency.UnusableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import org.jboss.logging.Logger;

/**
 * Looks at what the store depends on and remembers what it saw. While something is missing it says so in the log, at the first look and
 * at every tenth after. When all is there after something was missing, and from time to time in any case, imports that were not
 * announced are. One thread looks; any thread may ask.
 */
final class DependencyWatch {
    private static final Logger LOG = Logger.getLogger(DependencyWatch.class);
    private static final int LOOKS_PER_LOG_LINE = 10;
    private static final int LOOKS_PER_SWEEP = 30;
    private static final String NOT_LOOKED_YET = "not looked at yet";

    private final List<Dependency> dependencies;
    private final IntSupplier announcePending;
    private final Duration interval;
    private final Map<String, Optional<String>> missing = new ConcurrentHashMap<>();
    private final Map<String, Integer> looksInVain = new HashMap<>();
    private int looksUntilSweep;

    /**
     * @param dependencies what to look at
     * @param announcePending announces imports that were not announced and says how many
     * @param interval time between two looks, for the log
     */
    DependencyWatch(List<Dependency> dependencies, IntSupplier announcePending, Duration interval) {
        this.dependencies = List.copyOf(dependencies);
        this.announcePending = announcePending;
        this.interval = interval;
        dependencies.forEach(dependency -> missing.put(dependency.name(), Optional.of(NOT_LOOKED_YET)));
    }

    /** Each dependency with what was wrong with it at the last look; empty if nothing was. */
    Map<String, Optional<String>> missing() {
        return Map.copyOf(missing);
    }

    /** Looks at everything once. */
    void look() throws InterruptedException {
        boolean all = true;
        for (Dependency dependency : dependencies) {
            all &= look(dependency);
        }
        if (!all) {
            looksUntilSweep = 0;
        } else if (looksUntilSweep-- <= 0) {
            sweep();
        }
    }

    private boolean look(Dependency dependency) throws InterruptedException {
        try {
            dependency.require();
            Optional<String> before = missing.put(dependency.name(), Optional.empty());
            if (before.isPresent()) {
                LOG.infof("the %s is there", dependency.name());
            }
            looksInVain.remove(dependency.name());
            return true;
        } catch (UnusableException | RuntimeException unusable) {
            // An error nobody foresaw is a reason not to be ready, and none to stop looking.
            String problem = String.valueOf(unusable.getMessage());
            missing.put(dependency.name(), Optional.of(problem));
            if (looksInVain.merge(dependency.name(), 1, Integer::sum) % LOOKS_PER_LOG_LINE == 1) {
                LOG.warnf(
                        "waiting for the %s, looking again every %d ms: %s",
                        dependency.name(), interval.toMillis(), problem);
            }
            return false;
        }
    }

    private void sweep() {
        try {
            int announced = announcePending.getAsInt();
            if (announced > 0) {
                LOG.infof("announced %d imports that were not announced before", announced);
            }
            looksUntilSweep = LOOKS_PER_SWEEP;
        } catch (RuntimeException later) {
            looksUntilSweep = 0;
            LOG.warnf("imports that were not announced are not yet: %s", later.getMessage());
        }
    }
}
