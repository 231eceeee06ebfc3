/**
 * Programs with a bug that only some schedules show, and the deadlocks that users have told NCCL's
 * and its frameworks' trackers: how many schedules a search needs to find each.
 */
package org.jccl.conformance.planted;
