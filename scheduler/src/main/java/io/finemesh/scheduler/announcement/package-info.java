/** What decisions say to others: an {@link io.finemesh.scheduler.announcement.Announcement} is a message, its envelope and its topic. */
package io.finemesh.scheduler.announcement;
