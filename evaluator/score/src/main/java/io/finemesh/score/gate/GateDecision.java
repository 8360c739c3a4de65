package io.finemesh.score.gate;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** What a gate decided, with all that is needed to explain it. */
public sealed interface GateDecision {
    /** The policy that was applied. */
    GatePolicy policy();

    /** The checkpoint that was judged. */
    String challenger();

    /** The checkpoint that it was compared with; empty where there was none. */
    Optional<String> champion();

    /** Every rule passed, and nobody else is to be asked: the alias may move. */
    record Promoted(GatePolicy policy, String challenger, Optional<String> champion, List<Evidence> evidence)
            implements GateDecision {
        public Promoted {
            evidence = whole(policy, evidence);
        }
    }

    /** Every rule passed; a person decides. */
    record AwaitingApproval(GatePolicy policy, String challenger, Optional<String> champion, List<Evidence> evidence)
            implements GateDecision {
        public AwaitingApproval {
            evidence = whole(policy, evidence);
        }

        /** A person said yes. */
        public Promoted approved() {
            return new Promoted(policy, challenger, champion, evidence);
        }

        /** A person said no. */
        public Rejected refused() {
            return new Rejected(policy, challenger, champion, evidence);
        }
    }

    /** A rule failed, or a person said no: the alias stays. */
    record Rejected(GatePolicy policy, String challenger, Optional<String> champion, List<Evidence> evidence)
            implements GateDecision {
        public Rejected {
            evidence = whole(policy, evidence);
        }
    }

    /** The policy cannot be applied to these results: the alias stays, and the policy or the evaluation needs mending. */
    record Undecidable(GatePolicy policy, String challenger, Optional<String> champion, List<PolicyFault> faults)
            implements GateDecision {
        public Undecidable {
            requireNonNull(policy, "policy is null");
            faults = List.copyOf(faults);
            if (faults.isEmpty()) {
                throw new IllegalArgumentException("without a fault there is a decision");
            }
        }
    }

    private static List<Evidence> whole(GatePolicy policy, List<Evidence> evidence) {
        if (evidence.size() != policy.rules().size()) {
            throw new IllegalArgumentException(evidence.size() + " pieces of evidence for "
                    + policy.rules().size() + " rules");
        }
        return List.copyOf(evidence);
    }
}
