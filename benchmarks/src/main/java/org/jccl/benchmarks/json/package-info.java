/** JSON files of users, read so that a complaint names file, line and field. */
@NullMarked
package org.jccl.benchmarks.json;

import org.jspecify.annotations.NullMarked;
