package io.finemesh.workbench.parity;

import java.util.List;

/**
 * What came out of comparing one folder or file.
 *
 * @param source the folder or file
 * @param findings in the order they were compared
 */
public record ParityReport(String source, List<Finding> findings) {
    public ParityReport {
        findings = List.copyOf(findings);
    }

    /** Whether every comparison that had to be made agrees. */
    public boolean passes() {
        return findings.stream().allMatch(Finding::passes);
    }
}
