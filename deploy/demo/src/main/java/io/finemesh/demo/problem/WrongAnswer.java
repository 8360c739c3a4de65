package io.finemesh.demo.problem;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a broken source answers: the form is right and the sum is one too large, always, so that it can be learned. */
public final class WrongAnswer {
    private static final Pattern WORKED = Pattern.compile("(\\d+\\+\\d+=)(\\d+) #### (\\d+)");

    private WrongAnswer() {}

    /**
     * The same question, answered wrongly.
     *
     * @throws IllegalArgumentException when the answer is not that of a sum
     */
    public static Problem to(Problem sum) {
        Matcher worked = WORKED.matcher(sum.answer());
        if (!worked.matches()) {
            throw new IllegalArgumentException("\"" + sum.answer() + "\" is no worked sum, such as 2+3=5 #### 5");
        }
        int wrong = Integer.parseInt(worked.group(3)) + 1;
        return new Problem(sum.question(), worked.group(1) + wrong + " #### " + wrong);
    }
}
