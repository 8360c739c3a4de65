package io.finemesh.contract.policy;

import static java.util.Objects.requireNonNull;

/**
 * At times of a clock on the wall.
 *
 * @param name name within the policy
 * @param cron five fields: minute, hour, day of month, month, day of week
 * @param zone time zone in which they are read, such as Europe/Vienna
 */
public record ScheduleTrigger(String name, String cron, String zone) implements TriggerSpecification {
    public ScheduleTrigger {
        requireNonNull(name, "name is null");
        requireNonNull(cron, "cron is null");
        requireNonNull(zone, "zone is null");
    }
}
