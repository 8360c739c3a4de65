package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * A CloudEvent came from outside. Source and id together are its identity (CloudEvents 1.0, section 3.1.1); a duplicate is ignored.
 *
 * @param eventType its {@code type}; key of the record
 * @param source its {@code source}
 * @param eventId its {@code id}
 * @param subject its {@code subject}
 */
public record ReportOutsideEvent(String eventType, String source, String eventId, Optional<String> subject)
        implements TriggerCommand {
    public ReportOutsideEvent {
        requireNonNull(eventType, "eventType is null");
        requireNonNull(source, "source is null");
        requireNonNull(eventId, "eventId is null");
        subject = subject == null ? Optional.empty() : subject;
    }
}
