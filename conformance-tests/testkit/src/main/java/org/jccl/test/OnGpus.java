package org.jccl.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * A {@link RankTest} that runs on real GPUs, too, where there are any: the same as {@code backend =
 * AUTO}, or what the test says itself. JUnit gives tags and locks to methods, not to their nodes;
 * so this annotation carries them:
 *
 * <ul>
 *   <li>the tag {@value #TAG}, with which build tools choose: {@code mvn test -Dgroups=gpu};
 *   <li>the lock {@value #LOCK}: where JUnit runs tests in parallel, no other test that holds it
 *       runs at the same time.
 * </ul>
 */
@Documented
@Inherited
@Target({ElementType.METHOD, ElementType.TYPE, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Tag(OnGpus.TAG)
@ResourceLock(OnGpus.LOCK)
public @interface OnGpus {
  /** JUnit's tag of tests that use GPUs. */
  String TAG = "gpu";

  /** JUnit's name of what they hold. */
  String LOCK = "org.jccl.gpus";
}
