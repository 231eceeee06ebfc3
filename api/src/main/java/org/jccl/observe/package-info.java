/**
 * What listens to calls: a flight recorder, JFR events, counters. Each is a {@link
 * org.jccl.CallListener.Factory}; {@link org.jccl.observe.Observers} finds those that the process
 * asks for by {@code -Djccl.observe}.
 */
@NullMarked
package org.jccl.observe;

import org.jspecify.annotations.NullMarked;
