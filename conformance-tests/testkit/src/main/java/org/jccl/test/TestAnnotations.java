package org.jccl.test;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.platform.commons.support.AnnotationSupport;

/** Annotations of a test: its own, those of its class, and those of the classes around it. */
final class TestAnnotations {
  private TestAnnotations() {}

  /** All of a kind, the test's own first. */
  static <A extends Annotation> List<A> all(Method method, Class<?> type, Class<A> kind) {
    List<AnnotatedElement> places = new ArrayList<>(List.of(method));
    for (@Nullable Class<?> at = type; at != null; at = at.getEnclosingClass()) {
      places.add(at);
    }
    return places.stream()
        .flatMap(place -> AnnotationSupport.findAnnotation(place, kind).stream())
        .toList();
  }

  /** The nearest one. */
  static <A extends Annotation> Optional<A> nearest(Method method, Class<?> type, Class<A> kind) {
    return all(method, type, kind).stream().findFirst();
  }
}
