package io.finemesh.contract.policy;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Times of a wall clock in the five fields of crontab(5): minute, hour, day of month, month, day of week, each {@code *}, a number, a name, a range, a step or
 * a list of those. As in Vixie's cron a day fits when either day field fits, if both are restricted. Where clocks are put forward a time that does not exist is
 * taken later by as much; where they are put back a time that exists twice is taken once.
 */
public final class CronExpression {
    private static final int DAYS_AHEAD = 366 * 29;
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    private final String text;
    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet daysOfMonth;
    private final BitSet months;
    private final BitSet daysOfWeek;
    private final boolean anyDayOfMonth;
    private final boolean anyDayOfWeek;

    private CronExpression(String text, String[] fields) {
        this.text = text;
        this.minutes = field("minute", fields[0], 0, 59, List.of());
        this.hours = field("hour", fields[1], 0, 23, List.of());
        this.daysOfMonth = field("day of month", fields[2], 1, 31, List.of());
        this.months = field("month", fields[3], 1, 12, MONTHS);
        this.daysOfWeek = field("day of week", fields[4], 0, 7, DAYS);
        if (daysOfWeek.get(7)) {
            daysOfWeek.set(0);
        }
        this.anyDayOfMonth = fields[2].startsWith("*");
        this.anyDayOfWeek = fields[4].startsWith("*");
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException saying what was found and what is allowed, also when no date ever fits
     */
    public static CronExpression parse(String text) {
        String[] fields = text.strip().split("\\s+");
        if (fields.length != 5) {
            throw new IllegalArgumentException("\"" + text + "\" has " + fields.length
                    + " fields; allowed: minute, hour, day of month, month and day of week, such as \"30 2 * * MON\"");
        }
        CronExpression expression = new CronExpression(text, fields);
        if (expression.next(Instant.EPOCH, ZoneId.of("UTC")).isEmpty()) {
            throw new IllegalArgumentException("\"" + text + "\" fits no date");
        }
        return expression;
    }

    private static BitSet field(String name, String text, int least, int most, List<String> names) {
        BitSet values = new BitSet(most + 1);
        for (String item : text.split(",", -1)) {
            String[] stepped = item.split("/", -1);
            String[] range = stepped[0].equals("*") ? new String[] {"" + least, "" + most} : stepped[0].split("-", -1);
            boolean open = stepped.length == 2 && range.length == 1;
            if (stepped.length > 2 || range.length > 2) {
                throw wrong(name, item, least, most);
            }
            int from = value(name, item, range[0], least, most, names);
            int to = open ? most : value(name, item, range[range.length - 1], least, most, names);
            int step = stepped.length == 2 ? value(name, item, stepped[1], 1, most, List.of()) : 1;
            if (from > to) {
                throw wrong(name, item, least, most);
            }
            for (int value = from; value <= to; value += step) {
                values.set(value);
            }
        }
        return values;
    }

    private static int value(String field, String item, String text, int least, int most, List<String> names) {
        int named = names.indexOf(text.toUpperCase(Locale.ROOT));
        if (named >= 0) {
            return named + least;
        }
        if (!text.matches("[0-9]{1,2}") || Integer.parseInt(text) < least || Integer.parseInt(text) > most) {
            throw wrong(field, item, least, most);
        }
        return Integer.parseInt(text);
    }

    private static IllegalArgumentException wrong(String field, String item, int least, int most) {
        return new IllegalArgumentException("the " + field + " is \"" + item + "\"; allowed: *, numbers from " + least
                + " to " + most + ", ranges such as " + least + "-" + most + ", steps such as */2, and lists of those");
    }

    /** The first time after an instant; empty when there is none in 29 years. */
    public Optional<Instant> next(Instant after, ZoneId zone) {
        LocalDate first = after.atZone(zone).toLocalDate();
        for (int day = 0; day <= DAYS_AHEAD; day++) {
            LocalDate date = first.plusDays(day);
            if (!months.get(date.getMonthValue()) || !fits(date)) {
                continue;
            }
            for (int hour = hours.nextSetBit(0); hour >= 0; hour = hours.nextSetBit(hour + 1)) {
                for (int minute = minutes.nextSetBit(0); minute >= 0; minute = minutes.nextSetBit(minute + 1)) {
                    Instant time = ZonedDateTime.of(date, LocalTime.of(hour, minute), zone)
                            .toInstant();
                    if (time.isAfter(after)) {
                        return Optional.of(time);
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean fits(LocalDate date) {
        boolean ofMonth = daysOfMonth.get(date.getDayOfMonth());
        boolean ofWeek = daysOfWeek.get(date.getDayOfWeek().getValue() % 7);
        return anyDayOfMonth || anyDayOfWeek ? ofMonth && ofWeek : ofMonth || ofWeek;
    }

    @Override
    public String toString() {
        return text;
    }
}
