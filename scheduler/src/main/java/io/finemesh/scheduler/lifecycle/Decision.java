package io.finemesh.scheduler.lifecycle;

import static java.util.Objects.requireNonNull;

import io.finemesh.contract.Message;
import io.finemesh.scheduler.announcement.Announcement;
import java.util.List;
import java.util.Optional;

/**
 * What an input means for a run.
 *
 * @param state where the run stands afterwards: the state before, evolved by every change
 * @param changes steps to get there; none when the input changes nothing
 * @param outputs what is said, in order
 * @param remark why the input was left aside, for the log
 */
public record Decision(
        RunState state, List<RunChange> changes, List<Announcement<?>> outputs, Optional<String> remark) {
    public Decision {
        requireNonNull(state, "state is null");
        changes = List.copyOf(changes);
        outputs = List.copyOf(outputs);
        requireNonNull(remark, "remark is null");
    }

    /** What is said, without its envelopes. */
    public List<Message> messages() {
        return outputs.stream()
                .map(output -> (Message) output.envelope().body())
                .toList();
    }
}
