/* Every wrong argument is refused with a code and a message, and the session goes on: refused_calls COMPONENT
 *
 * Components ocean and network, 1 rank each, on a 4 x 3 grid; ocean sends u (2 levels) to network at date 0. */
#include <halocline.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

static void refused(int line, int found, int wanted, const char *word) {
    char message[4096];
    size_t length = halocline_error_message(message, sizeof message);
    if (found != wanted || strstr(message, word) == NULL || length != strlen(message)) {
        fprintf(stderr, "line %d: code %d, expected %d; message without '%s': %s\n", line, found, wanted, word, message);
        ++failures;
    }
}

#define REFUSED(call, code, word) refused(__LINE__, call, HALOCLINE_ERROR_##code, word)

static void must(halocline_session *session, int code) {
    if (code != HALOCLINE_OK) halocline_abort(session, NULL);
}

static void refuse_definitions(halocline_session *session) {
    halocline_session *second = NULL;
    int64_t twice[3] = {0, 5, 0}, below[1] = {-1};
    REFUSED(halocline_begin(NULL, "ocean", NULL, -1), ORDER, "session is NULL");
    REFUSED(halocline_begin(&second, "ocean", NULL, -1), ORDER, "second");
    REFUSED(halocline_begin(&second, NULL, NULL, -1), NAME, "component is NULL");
    REFUSED(halocline_local_communicator(session, NULL), ORDER, "communicator is NULL");
    REFUSED(halocline_local_communicator(NULL, NULL), ORDER, "no open session");
    REFUSED(halocline_define_box(session, NULL, 0, 0, 1, 1), NAME, "grid is NULL");
    REFUSED(halocline_define_box(session, "gl\xffobe", 0, 0, 1, 1), NAME, "UTF-8");
    REFUSED(halocline_define_box(session, "globe", -1, 0, 1, 1), PARTITION, "first column, counted from 0, is -1");
    REFUSED(halocline_define_box(session, "globe", 0, 0, 5, 3), PARTITION, "4 x 3");
    REFUSED(halocline_define_apple(session, "globe", 10, 3), PARTITION, "12");
    REFUSED(halocline_define_points(session, "globe", 3, NULL), PARTITION, "indices is NULL");
    REFUSED(halocline_define_points(session, "globe", 3, twice), PARTITION, "twice");
    REFUSED(halocline_define_points(session, "globe", 1, below), PARTITION, "-1");
    REFUSED(halocline_define_orange(session, "globe", -2, twice, twice), PARTITION, "of different length) is -2");
    REFUSED(halocline_define_box(session, "glob", 0, 0, 4, 3), NAME, "globe");
}

static void refuse_fields(halocline_session *session, double *values) {
    int64_t shape[3] = {4, 3, 2}, flat[3] = {4, 3, 1}, negative[3] = {4, -3, 2};
    int64_t strides[3] = {1, 4, 12}, endless[3] = {1, INT64_MAX, 12}, shared[3] = {1, 2, 12};
    REFUSED(halocline_send_f64(session, "u", NULL, shape, strides, 0, NULL), SHAPE, "NULL");
    REFUSED(halocline_send_f64(session, "u", values, NULL, strides, 0, NULL), SHAPE, "shape or strides is NULL");
    REFUSED(halocline_send_f64(session, "u", values, negative, strides, 0, NULL), SHAPE, "-3");
    REFUSED(halocline_send_f64(session, "u", values, shape, endless, 0, NULL), SHAPE, "address space");
    REFUSED(halocline_send_f64(session, NULL, values, shape, strides, 0, NULL), NAME, "field is NULL");
    REFUSED(halocline_send_f64(session, "w", values, shape, strides, 0, NULL), NAME, "'w'");
    REFUSED(halocline_receive_f64(session, "u", values, shape, shared, 0, NULL), SHAPE, "share memory");
    REFUSED(halocline_send_f64(session, "u", (double *)((char *)values + 1), shape, strides, 0, NULL), SHAPE, "aligned");
    REFUSED(halocline_send_f64(session, "u", values, flat, strides, 0, NULL), SHAPE, "(4, 3, 2)");
    REFUSED(halocline_send_f64(session, "u", values, shape, strides, -1, NULL), DATE, "-1 s");
    REFUSED(halocline_end_definition(session), ORDER, "twice");
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    int is_ocean = strcmp(argv[1], "ocean") == 0;
    double values[24] = {0};
    int64_t shape[3] = {4, 3, 2}, strides[3] = {1, 4, 12};
    halocline_session *session = NULL;
    must(session, halocline_begin(&session, argv[1], NULL, -1));
    refuse_definitions(session);
    must(session, halocline_define_serial(session, "globe"));
    must(session, halocline_end_definition(session));
    if (is_ocean) {
        for (int position = 0; position < 24; ++position) values[position] = position;
        refuse_fields(session, values);
        must(session, halocline_send_f64(session, "u", values, shape, strides, 0, NULL));
    } else {
        must(session, halocline_receive_f64(session, "u", values, shape, strides, 0, NULL));
        for (int position = 0; position < 24; ++position) failures += values[position] != position;
    }
    must(session, halocline_finish(session));
    REFUSED(halocline_finish(session), ORDER, "no open session");
    REFUSED(halocline_send_f64(session, "u", values, shape, strides, 0, NULL), ORDER, "no open session");
    if (failures == 0) printf("%s: all refused\n", argv[1]);
    return failures == 0 ? 0 : 1;
}
