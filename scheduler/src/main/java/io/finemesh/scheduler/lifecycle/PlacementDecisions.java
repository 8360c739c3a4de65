package io.finemesh.scheduler.lifecycle;

import io.finemesh.contract.placement.LeaseGranted;
import io.finemesh.contract.placement.LeaseLost;
import io.finemesh.contract.placement.PlacementEvent;
import io.finemesh.contract.placement.PlacementImpossible;
import io.finemesh.scheduler.lifecycle.Deliberation.LeaseNow;
import io.finemesh.scheduler.lifecycle.RunState.AwaitingTrainer;
import io.finemesh.scheduler.lifecycle.RunState.Committing;
import io.finemesh.scheduler.lifecycle.RunState.Resting;
import io.finemesh.scheduler.lifecycle.RunState.Training;
import io.finemesh.scheduler.lifecycle.RunState.Working;

/** What placement's answers mean: who got the segment in work, and whose trainer is gone. */
final class PlacementDecisions {
    private PlacementDecisions() {}

    static void decide(Deliberation deliberation, RunState state, PlacementEvent event) {
        if (!(state instanceof Working working)) {
            deliberation.ignore("no segment is in work");
            return;
        }
        switch (event) {
            case LeaseGranted granted -> granted(deliberation, working, granted);
            case LeaseLost lost -> lost(deliberation, working, lost);
            case PlacementImpossible impossible -> impossible(deliberation, working, impossible);
        }
    }

    private static void granted(Deliberation deliberation, Working working, LeaseGranted granted) {
        if (working instanceof AwaitingTrainer waiting && waiting.epoch() == granted.epoch()) {
            deliberation.granted(granted.trainer());
        } else {
            deliberation.ignore(stale("grant", granted.epoch(), working));
        }
    }

    private static void lost(Deliberation deliberation, Working working, LeaseLost lost) {
        int safe = working.progress().uploadedInOrder();
        if (holdsLease(working) && working.epoch() == lost.epoch()) {
            deliberation.setBack(safe, lost.failure(), LeaseNow.OVER);
        } else if (working.progress().pending().stream()
                .anyMatch(trained -> trained.epoch() == lost.epoch() && !trained.uploaded())) {
            // The trainer died between finishing this segment and being asked to go on: its result died with it, and so
            // did the base of
            // whatever was asked for since.
            deliberation.setBack(safe, lost.failure(), leaseNow(working));
        } else {
            deliberation.ignore(stale("loss", lost.epoch(), working));
        }
    }

    private static void impossible(Deliberation deliberation, Working working, PlacementImpossible impossible) {
        if (!(working instanceof AwaitingTrainer waiting) || waiting.epoch() != impossible.epoch()) {
            deliberation.ignore(stale("refusal", impossible.epoch(), working));
            return;
        }
        switch (impossible.failure().code().disposition()) {
            case ABORT, RETRY -> deliberation.fail(impossible.failure());
            case PARK -> deliberation.ignore("no trainer for the moment; the request stands");
        }
    }

    /** Whether the newest epoch is that of a request or lease that placement still knows. */
    static boolean holdsLease(Working working) {
        return switch (working) {
            case AwaitingTrainer _, Training _ -> true;
            case Committing committing -> committing.holder().isPresent();
            case Resting _ -> false;
        };
    }

    static LeaseNow leaseNow(Working working) {
        return holdsLease(working) ? LeaseNow.HELD : LeaseNow.OVER;
    }

    static String stale(String what, long epoch, Working working) {
        return what + " of epoch " + epoch + " is stale: the run is at epoch " + working.epoch();
    }
}
