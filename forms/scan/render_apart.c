// SPDX-License-Identifier: GPL-3.0-or-later
// A page of a stranger's PDF, drawn in a process of its own: the renderer stops the whole program on some damaged
// files (an image of 28 bits a component, say), and can be kept busy for hours by others.
#include "forms/scan/render.h"

#include "survey/base/text.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/single_threaded.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SECONDS = 60, LONGEST = 180 }; // for a page: of the processor, and by the clock

// What the child leaves for its parent, in memory that both have.
struct drawing {
    bool done;
    int width, height;
    double dpi;
    struct survey_error error;
    uint8_t pixels[SCAN_MOST_RENDERED]; // rows without gaps
};

static bool fits(int width, int height)
{
    return width > 0 && height > 0 && width <= SCAN_MOST_SIDE && height <= SCAN_MOST_RENDERED / width;
}

// The child's part. Nothing of the parent's may be run or flushed on the way out.
__attribute__((noreturn)) static void draw(const char *name, const void *bytes, size_t length, int page, double dpi,
                                           struct drawing *drawing)
{
    struct scan_render *render;
    struct scan_image image = {0};
    sigset_t alarms;
    sigemptyset(&alarms);
    sigaddset(&alarms, SIGALRM);
    signal(SIGALRM, SIG_DFL);
    sigprocmask(SIG_UNBLOCK, &alarms, NULL);
    alarm(LONGEST); // should it wait for a lock that another thread of the parent held when it was made
    setrlimit(RLIMIT_CPU, &(struct rlimit){SECONDS, SECONDS});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    if (scan_render_open(name, bytes, length, &render, &drawing->error) &&
        scan_render_page(render, page, dpi, &image, &drawing->error) && fits(image.width, image.height)) {
        for (int y = 0; y < image.height; y++)
            memcpy(drawing->pixels + (size_t)y * image.width, image.pixels + (size_t)y * image.stride, image.width);
        drawing->width = image.width;
        drawing->height = image.height;
        drawing->dpi = image.dpi;
        drawing->done = true;
    }
    _exit(0);
}

static bool wait_for(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// What the child says is believed no further than it could be true.
static bool take(struct drawing *drawing, const char *where, struct scan_image *image, struct survey_error *error)
{
    struct survey_error *said = &drawing->error;
    said->where[sizeof said->where - 1] = said->message[sizeof said->message - 1] = '\0';
    if (!drawing->done && said->message[0])
        return survey_fail(error, SURVEY_ERROR_INPUT, said->where, "%s", said->message);
    struct scan_image taken = {0};
    if (!drawing->done || !fits(drawing->width, drawing->height))
        return survey_fail(error, SURVEY_ERROR_INPUT, where, _("the page cannot be drawn"));
    if (!scan_image_new(&taken, drawing->width, drawing->height, where, error))
        return false;
    for (int y = 0; y < taken.height; y++)
        memcpy(taken.pixels + (size_t)y * taken.stride, drawing->pixels + (size_t)y * taken.width, taken.width);
    taken.dpi = drawing->dpi;
    *image = taken;
    return true;
}

// The address sanitizer's allocator can't be forked beside other threads: the child may wait for ever for its lock.
static bool may_fork(void)
{
#ifdef __SANITIZE_ADDRESS__
    return __libc_single_threaded;
#else
    return true;
#endif
}

static bool draw_here(const char *name, const void *bytes, size_t length, int page, double dpi, struct scan_image *image,
                      struct survey_error *error)
{
    struct scan_render *render;
    if (!scan_render_open(name, bytes, length, &render, error))
        return false;
    bool done = scan_render_page(render, page, dpi, image, error);
    scan_render_close(render);
    return done;
}

bool scan_render_apart(const char *name, const void *bytes, size_t length, int page, double dpi, struct scan_image *image,
                       struct survey_error *error)
{
    char where[600];
    if (!may_fork())
        return draw_here(name, bytes, length, page, dpi, image, error);
    survey_format_into(where, sizeof where, _("%s: page %d"), name, page + 1);
    struct drawing *drawing =
        mmap(NULL, sizeof *drawing, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (drawing == MAP_FAILED)
        return survey_fail(error, SURVEY_ERROR_RESOURCE, where, "%s", strerror(errno));
    pid_t child = fork();
    if (child == 0)
        draw(name, bytes, length, page, dpi, drawing);
    bool done = child < 0          ? survey_fail(error, SURVEY_ERROR_RESOURCE, where, "%s", strerror(errno))
                : !wait_for(child) ? survey_fail(error, SURVEY_ERROR_INPUT, where, _("the page cannot be drawn"))
                                   : take(drawing, where, image, error);
    munmap(drawing, sizeof *drawing);
    return done;
}
