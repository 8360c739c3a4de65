package io.finemesh.contract.trigger;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;

/**
 * Why a policy fires: the exact slices and figures.
 *
 * @param trigger name of the trigger within the policy, or {@code request} when a person asked
 * @param kind volume, schedule, regression, drift, external or request
 * @param fromSlice first slice of the data set that is new since the policy last trained; one more than toSlice when there is none
 * @param toSlice newest slice
 * @param figures what was measured against what, by name, such as newSamples and neededSamples
 * @param events outside events it answers, as {@code source#id}, the first 20 of them
 * @param also names of further triggers of the policy that this firing answers too
 * @param sentence all of it for people
 */
public record FireReason(
        String trigger,
        String kind,
        int fromSlice,
        int toSlice,
        Map<String, Double> figures,
        List<String> events,
        List<String> also,
        String sentence) {
    public FireReason {
        requireNonNull(trigger, "trigger is null");
        requireNonNull(kind, "kind is null");
        figures = Map.copyOf(figures);
        events = List.copyOf(events);
        also = List.copyOf(also);
        requireNonNull(sentence, "sentence is null");
    }
}
