"""The course's grader against stock nbgrader and otter-grader: how fast each is, and what each makes of attacks."""
