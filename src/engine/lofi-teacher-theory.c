/* Written next. */
typedef int lofi_nothing_teacher_theory;
